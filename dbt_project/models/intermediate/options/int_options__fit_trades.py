"""Smiles fitted to an hour of option trades."""


def model(dbt, session):
    from dbt_project.estimators.smile import empty_smiles, fit_smiles

    trades = dbt.ref("int_options__select_trades").pl()
    return fit_smiles(trades) if trades.height else empty_smiles()
