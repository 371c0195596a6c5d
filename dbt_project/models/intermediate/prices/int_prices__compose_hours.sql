{{ composite_close(ref('int_prices__collect_hours')) }}
