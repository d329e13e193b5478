"""What was or will be done, and about whom: tasks, appointments, notes, sales activities and phone calls."""

from workbench.sandbox.objects.activities.about import MODELS, show_parent
from workbench.sandbox.objects.activities.appointments import APPOINTMENT
from workbench.sandbox.objects.activities.notes import NOTE
from workbench.sandbox.objects.activities.phone_calls import PHONE_CALL
from workbench.sandbox.objects.activities.sales_activities import SALES_ACTIVITY
from workbench.sandbox.objects.activities.tasks import TASK

__all__ = ["APPOINTMENT", "MODELS", "NOTE", "PHONE_CALL", "SALES_ACTIVITY", "TASK", "show_parent"]
