"""Rolling betas against statsmodels, against the formula of Newey and West written out, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from dbt_project.estimators.beta import MINIMUM_SHARE, rolling_betas

ANSCOMBE_X = np.array([10.0, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5])
ANSCOMBE_Y = np.array([8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68])


def returns(rows: int, factors: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = 0.01 * rng.standard_normal((rows, factors)) + 0.004 * rng.standard_normal((rows, 1))
    noise = 0.02 * rng.standard_normal(rows)
    noise[1:] += 0.4 * noise[:-1]
    return x @ np.linspace(2, -1, factors) + noise + 0.001, x


def newey_west(y: np.ndarray, x: np.ndarray, lags: int) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and errors, intercept first, with sums over pairs of rows as in the paper."""
    design = np.column_stack([np.ones(len(y)), x])
    bread = np.linalg.inv(design.T @ design)
    coefficients = bread @ design.T @ y
    scores = design * (y - design @ coefficients)[:, None]
    meat = sum(
        (1 - abs(i - j) / (lags + 1)) * np.outer(scores[i], scores[j])
        for i in range(len(y))
        for j in range(max(0, i - lags), min(len(y), i + lags + 1))
    )
    covariance = bread @ meat @ bread * len(y) / (len(y) - design.shape[1])
    return coefficients, np.sqrt(np.diag(covariance))


def test_anscombes_first_quartet_has_its_slope_and_correlation() -> None:
    found = rolling_betas(ANSCOMBE_Y, ANSCOMBE_X[:, None], len(ANSCOMBE_X))
    assert found.beta[-1, 0] == pytest.approx(0.50009091, abs=5e-9)
    assert found.r2[-1] ** 0.5 == pytest.approx(0.8164205163, abs=5e-11)
    assert found.vif[-1, 0] == pytest.approx(1)
    assert np.isnan(found.beta[: int(np.ceil(MINIMUM_SHARE * len(ANSCOMBE_X))) - 1]).all()


@pytest.mark.parametrize("factors", [1, 4])
def test_every_window_is_what_statsmodels_and_the_formula_give(factors: int) -> None:
    import statsmodels.api as sm
    from statsmodels.stats.outliers_influence import variance_inflation_factor

    y, x = returns(75, factors)
    found = rolling_betas(y, x, 60)
    for last in (59, 74):
        rows = slice(last - 59, last + 1)
        design = sm.add_constant(x[rows])
        fit = sm.OLS(y[rows], design).fit(cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True}, use_t=True)
        coefficients, errors = newey_west(y[rows], x[rows], 3)
        np.testing.assert_allclose(found.beta[last], fit.params[1:], rtol=1e-12)
        np.testing.assert_allclose(found.beta[last], coefficients[1:], rtol=1e-12)
        np.testing.assert_allclose(found.standard_error[last], fit.bse[1:], rtol=1e-12)
        np.testing.assert_allclose(found.standard_error[last], errors[1:], rtol=1e-12)
        np.testing.assert_allclose(found.half_width[last], np.diff(fit.conf_int()[1:])[:, 0] / 2, rtol=1e-9)
        np.testing.assert_allclose(found.r2[last], fit.rsquared, rtol=1e-12)
        vif = [variance_inflation_factor(design, 1 + factor) for factor in range(factors)]
        np.testing.assert_allclose(found.vif[last], vif, rtol=1e-10)


def test_a_missing_row_is_left_out_and_its_neighbours_are_no_neighbours() -> None:
    y, x = returns(10, 1)
    y[4] = np.nan
    found = rolling_betas(y, x, 10, lags=0)
    there = np.isfinite(y)
    coefficients, errors = newey_west(y[there], x[there], 0)
    assert (found.beta[-1], found.standard_error[-1]) == (pytest.approx(coefficients[1:]), pytest.approx(errors[1:]))
    assert found.observations[-1] == 9
    assert np.isnan(found.beta[4])
    # With a lag, the rows either side of the gap would meet if it were closed.
    closed = newey_west(y[there], x[there], 1)[1][1]
    assert rolling_betas(y, x, 10, lags=1).standard_error[-1, 0] != pytest.approx(closed, rel=1e-3)


def test_below_four_fifths_of_the_window_there_is_no_beta() -> None:
    y, x = returns(60, 1)
    y[:12] = np.nan
    assert np.isfinite(rolling_betas(y, x, 60).beta[-1])
    y[12] = np.nan
    found = rolling_betas(y, x, 60)
    assert np.isnan(found.beta[-1])
    assert found.observations[-1] == 47


def test_later_rows_change_no_earlier_beta() -> None:
    y, x = returns(90, 2)
    whole, part = rolling_betas(y, x, 60), rolling_betas(y[:70], x[:70], 60)
    for name in ("beta", "standard_error", "vif", "r2"):
        np.testing.assert_array_equal(getattr(whole, name)[:70], getattr(part, name))


def test_multiples_and_constants_are_called_collinear() -> None:
    y, x = returns(60, 1)
    for second in (2 * x, np.ones_like(x)):
        found = rolling_betas(y, np.hstack([x, second]), 60)
        assert found.is_collinear[-1]
        assert np.isnan(found.beta[-1]).all()


def test_a_beta_scales_with_y_and_against_x() -> None:
    y, x = returns(60, 2)
    once, scaled = rolling_betas(y, x, 60), rolling_betas(3 * y, x * np.array([0.5, 1e4]), 60)
    np.testing.assert_allclose(scaled.beta[-1], once.beta[-1] * np.array([6, 3e-4]), rtol=1e-10)
    np.testing.assert_allclose(scaled.r2[-1], once.r2[-1], rtol=1e-10)


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="y has 3 rows and x 4"):
        rolling_betas(np.zeros(3), np.zeros((4, 1)), 2)
