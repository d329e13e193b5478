"""Leads: everything a contact can do, in the Classic edition only. The Suite has nothing at these addresses."""

from __future__ import annotations

from functools import partial, wraps

from workbench.sandbox.calls import Call, Handler, Routes
from workbench.sandbox.objects.leads import KIND
from workbench.sandbox.routes.records import record_routes
from workbench.sandbox.routes.timelines import list_notes, list_timeline
from workbench.sandbox.routes.views import list_view, list_views
from workbench.sandbox.wire import ApiError


def in_classic(handler: Handler) -> Handler:
    """The same call where the tenant is of the Classic edition; 404 where it is not."""

    @wraps(handler)
    def answer(call: Call) -> object:
        if call.tenant.settings.edition != "classic":
            raise ApiError(404, "There is nothing at this address.")
        return handler(call)

    return answer


LEADS: Routes = [
    ("GET", "/leads/filters", partial(list_views, KIND)),
    ("GET", "/leads/view/{id}", partial(list_view, KIND)),
    ("GET", "/leads/{id}/activities", partial(list_timeline, KIND)),
    ("GET", "/leads/{id}/notes", partial(list_notes, KIND)),
    *record_routes(KIND),
]
ROUTES: Routes = [(method, path, in_classic(handler)) for method, path, handler in LEADS]
