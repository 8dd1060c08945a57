//! Prices, costs and forecasts, in decimal money.
