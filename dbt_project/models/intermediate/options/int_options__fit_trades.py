"""Smiles fitted to an hour of option trades."""


def model(dbt, session):  # noqa: ARG001  dbt's signature
    from dbt_project.estimators.smile import empty_smiles, fit_smiles

    trades = dbt.ref("int_options__select_trades").pl()
    return fit_smiles(trades) if trades.height else empty_smiles()
