"""参数: code tables, tariff editions, rates, holidays and parameters, each with its dates and source."""
