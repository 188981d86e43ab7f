"""Alerts: what people wait for, matched against every price that stands."""
