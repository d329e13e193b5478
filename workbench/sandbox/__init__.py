"""A Freshsales account that runs on this machine, to rehearse a migration against.

It answers the public REST API as far as public material shows it; where that leaves something open, a switch of its
settings decides. Nothing here talks to Freshsales.
"""

from workbench.sandbox.app import build_app
from workbench.sandbox.server import serve
from workbench.sandbox.settings import TenantSettings
from workbench.sandbox.switches import Switches
from workbench.sandbox.transport import in_process
from workbench.sandbox.users import DEFAULT_USERS, User

__all__ = ["DEFAULT_USERS", "Switches", "TenantSettings", "User", "build_app", "in_process", "serve"]
