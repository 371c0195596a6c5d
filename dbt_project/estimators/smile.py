"""A volatility smile from the trades of an hour, where nobody kept a chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Smile = Callable[[Floats], Floats]

KEYS = ["venue", "asset", "snapshot_at", "expiry_at"]
POINTS = ["atm", "call25", "put25", "call25_premium_adjusted", "put25_premium_adjusted"]
# Refusals: three coefficients want more than three strikes, and a mean error of five points is no smile.
MIN_TRADES, MIN_STRIKES, MAX_RMSE_RATIO = 10, 4, 0.05
# The forward is told only by options whose price moves with it; a far one's volatility is mostly the tick.
MIN_FORWARD_DELTA, MIN_SMILE_DELTA = 0.2, 0.02
MIN_IV_RATIO = 0.01
# Log of forward over index: beyond it a price is a slip, not a forward.
MAX_CARRY = 0.3


def fit_smiles(trades: pl.DataFrame) -> pl.DataFrame:
    """Fit a smile to the trades of each expiry and snapshot, and read it at the forward and at 25 delta.

    trades: one row per trade: KEYS, strike_price, option_type ('call' or 'put'), price_coins, iv_ratio (a year, as a
    fraction), index_price, size_coins, years_to_trade_expiry (from the trade), years_to_expiry (from the snapshot),
    known_at, provenance.
    Returns one row per KEYS, in their order: years_to_expiry, forward_price, trades_count (of those in the fit),
    fit_rmse_vol_pct, a total variance (squared volatility times years) for each of POINTS, reason, known_at and
    provenance. reason says why nothing was fitted: no_forward, few_trades or bad_fit; a point beyond the traded strikes
    is NULL without one, since nothing is extrapolated.

    Method: the forward over the index is the median over trades near the forward of what turns their volatility into
    their price by Black's formula (method.md 4.1). Volatility is then a quadratic in log moneyness by least squares
    weighted with size, out-of-the-money trades only, and the strike of a delta is found by
    bisection on that curve, since its volatility depends on the strike (method.md 4.3).
    """
    import numpy as np
    import polars as pl

    groups = (
        trades.group_by(KEYS)
        .agg(pl.col("years_to_expiry", "known_at", "provenance").max(), pl.col("index_price").median())
        .sort(KEYS)
        .with_row_index("group")
    )
    trades = trades.join(groups.select(*KEYS, "group"), on=KEYS)
    # A sum depends on its order in the last digits.
    trades = trades.sort("group", "years_to_trade_expiry", "strike_price", "price_coins", "iv_ratio", "size_coins")
    count = groups.height
    group = trades["group"].to_numpy()
    iv, years = trades["iv_ratio"].to_numpy(), trades["years_to_trade_expiry"].to_numpy()
    index, strike = trades["index_price"].to_numpy(), trades["strike_price"].to_numpy()
    sign = np.where(trades["option_type"].to_numpy() == "call", 1.0, -1.0)

    carry = _imply_carry(sign, np.log(index / strike), trades["price_coins"].to_numpy(), iv * np.sqrt(years))
    told = pl.DataFrame({"group": group, "carry": carry}).fill_nan(None).group_by("group").agg(pl.col("carry").median())
    log_carry = groups.join(told, on="group", how="left").sort("group")["carry"].to_numpy().astype(np.float64)
    moneyness = np.log(strike / index) - log_carry[group]

    deviation = iv * np.sqrt(years)
    delta = _cdf(sign * (-moneyness / deviation + deviation / 2))
    used = np.isfinite(moneyness) & (sign * moneyness >= 0) & (delta >= MIN_SMILE_DELTA)
    weights = np.where(used, trades["size_coins"].to_numpy(), 0.0)
    curve, rmse = _fit_quadratics(group, count, np.where(used, moneyness, 0.0), iv, weights)

    low, high = np.zeros(count), np.zeros(count)
    np.minimum.at(low, group[used], moneyness[used])
    np.maximum.at(high, group[used], moneyness[used])
    trades_count = np.bincount(group[used], minlength=count)
    strikes = np.unique(np.column_stack([group[used], strike[used]]), axis=0)[:, 0].astype(np.int64)
    strikes_count = np.bincount(strikes, minlength=count)

    term = groups["years_to_expiry"].to_numpy()
    with np.errstate(invalid="ignore"):
        lowest = _lowest(curve, low, high)
        reason = np.select(
            [
                ~np.isfinite(log_carry),
                (trades_count < MIN_TRADES) | (strikes_count < MIN_STRIKES),
                ~(rmse <= MAX_RMSE_RATIO) | ~(lowest >= MIN_IV_RATIO),
            ],
            ["no_forward", "few_trades", "bad_fit"],
            default="",
        )
    is_fitted = reason == ""
    curve = np.where(is_fitted[:, None], curve, np.nan)
    ivs = _read_points(curve, low, high, term)
    return groups.select(
        *KEYS,
        "years_to_expiry",
        (pl.col("index_price") * pl.Series(np.exp(log_carry))).fill_nan(None).alias("forward_price"),
        pl.Series("trades_count", trades_count, pl.Int64),
        pl.Series("fit_rmse_vol_pct", np.where(is_fitted, 100 * rmse, np.nan)).fill_nan(None),
        *(pl.Series(f"{name}_total_variance", iv**2 * term).fill_nan(None) for name, iv in ivs.items()),
        pl.Series("reason", reason).replace("", None),
        "known_at",
        "provenance",
    )


def empty_smiles() -> pl.DataFrame:
    """What fit_smiles returns, without rows."""
    import polars as pl

    text, moment, number = pl.String, pl.Datetime("us"), pl.Float64
    return pl.DataFrame(
        schema={
            **dict(zip(KEYS, (text, text, moment, moment), strict=True)),
            "years_to_expiry": number,
            "forward_price": number,
            "trades_count": pl.Int64,
            "fit_rmse_vol_pct": number,
            **{f"{name}_total_variance": number for name in POINTS},
            "reason": text,
            "known_at": moment,
            "provenance": text,
        }
    )


def _cdf(x: Floats) -> Floats:
    from scipy.special import ndtr

    values: Floats = ndtr(x)
    return values


def _imply_carry(sign: Floats, log_index: Floats, price_coins: Floats, deviation: Floats) -> Floats:
    """Log of forward over index per trade, by bisection; NaN where the price hardly tells it or tells the impossible.

    The price in coins rises with the forward for a call and falls for a put, by the premium-adjusted delta.
    """
    import numpy as np

    low, high = np.full_like(price_coins, -MAX_CARRY), np.full_like(price_coins, MAX_CARRY)
    for _ in range(50):
        middle = (low + high) / 2
        d1 = (log_index + middle) / deviation + deviation / 2
        second = np.exp(-log_index - middle) * _cdf(sign * (d1 - deviation))
        is_low = sign * (sign * (_cdf(sign * d1) - second) - price_coins) < 0
        low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
    return np.where((second >= MIN_FORWARD_DELTA) & (np.abs(middle) < 0.999 * MAX_CARRY), middle, np.nan)


def _fit_quadratics(group: NDArray[np.uint32], count: int, x: Floats, y: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Weighted least squares of y on 1, x, x^2 in every group at once: coefficients and weighted root mean square.

    x is scaled by its greatest size in the group, which keeps the normal equations well conditioned.
    """
    import numpy as np

    def total(values: Floats) -> Floats:
        return np.bincount(group, weights=values, minlength=count).astype(np.float64)

    scale = np.zeros(count)
    np.maximum.at(scale, group, np.abs(x))
    scale[scale == 0] = 1
    z = x / scale[group]
    powers = [total(w * z**power) for power in range(5)]
    moments = np.stack([np.stack(powers[row : row + 3], axis=-1) for row in range(3)], axis=-2)
    right = np.stack([total(w * y * z**power) for power in range(3)], axis=-1)
    # Hours with fewer than three strikes have no curve; they are refused by their number of strikes.
    is_solvable = np.linalg.cond(moments) < 1e12
    curve = np.full((count, 3), np.nan)
    curve[is_solvable] = np.linalg.solve(moments[is_solvable], right[is_solvable][..., None])[..., 0]
    with np.errstate(invalid="ignore"):
        errors = y - (curve[group] * np.stack([np.ones_like(z), z, z**2], axis=-1)).sum(axis=-1)
        rmse = np.sqrt(total(np.where(w > 0, w * errors**2, 0.0)) / np.where(powers[0] > 0, powers[0], np.nan))
    return curve / np.stack([np.ones(count), scale, scale**2], axis=-1), rmse


def _lowest(curve: Floats, low: Floats, high: Floats) -> Floats:
    """The least volatility of each curve between its outermost strikes."""
    import numpy as np

    a, b, c = curve.T
    with np.errstate(divide="ignore", invalid="ignore"):
        vertex = np.where(c > 0, np.clip(-b / (2 * c), low, high), low)
    lowest: Floats = np.minimum.reduce([a + b * x + c * x**2 for x in (low, high, vertex)])
    return lowest


def _read_points(curve: Floats, low: Floats, high: Floats, years: Floats) -> dict[str, Floats]:
    """Volatilities at the forward and where each delta is a quarter; NaN beyond the outermost strikes."""
    import numpy as np

    a, b, c = curve.T
    zero = np.zeros_like(a)

    def smile(x: Floats) -> Floats:
        iv: Floats = a + b * x + c * x**2
        return iv

    def d2(x: Floats) -> Floats:
        deviation = smile(x) * np.sqrt(years)
        return -x / deviation - deviation / 2

    def d1(x: Floats) -> Floats:
        return d2(x) + smile(x) * np.sqrt(years)

    deltas: dict[str, tuple[Smile, Floats]] = {
        "call25": (lambda x: _cdf(d1(x)), high),
        "put25": (lambda x: _cdf(-d1(x)), low),
        "call25_premium_adjusted": (lambda x: np.exp(x) * _cdf(d2(x)), high),
        "put25_premium_adjusted": (lambda x: np.exp(x) * _cdf(-d2(x)), low),
    }
    found = {"atm": np.where((low < 0) & (high > 0), a, np.nan)}
    with np.errstate(invalid="ignore"):
        for name, (delta, end) in deltas.items():
            near, far = zero, end
            is_bracketed = (delta(near) >= 0.25) & (delta(far) <= 0.25)
            for _ in range(60):
                middle = (near + far) / 2
                is_near = delta(middle) > 0.25
                near, far = np.where(is_near, middle, near), np.where(is_near, far, middle)
            found[name] = np.where(is_bracketed, smile((near + far) / 2), np.nan)
    return found
