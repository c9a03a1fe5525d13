"""The figures that are planned by month and campus."""

from __future__ import annotations

from metrics.acquisition.orders import first_order_persons, net_revenue
from metrics.foundation.registry import Metric
from metrics.leads.new_leads import new_leads

PLANNED: dict[str, Metric] = {
    "new_leads": new_leads,
    "first_orders": first_order_persons,
    "net_revenue": net_revenue,
}
