"""The geometry of charts: where each bar, point and label stands. The drawing is `templates/chart.svg.j2`.

All lengths are in the units of the viewBox. It is as narrow as a phone: at 320 pixels a letter is 11 pixels high, and
on a wide screen the style sheet makes letters smaller, not the chart. Charts know neither measures nor languages: they
get numbers, and a function that writes a number.
"""

from publisher.charts.axes import Tick
from publisher.charts.funnel import Funnel, funnel
from publisher.charts.months import Months, line, stack

__all__ = ["Funnel", "Months", "Tick", "funnel", "line", "stack"]
