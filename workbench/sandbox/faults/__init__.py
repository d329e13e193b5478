"""Bad days on purpose: what befalls calls, bulk jobs and records of a local tenant, told in a scenario."""

from workbench.sandbox.faults.scenario import Fault, Scenario, list_scenarios, read_fault, read_scenario

__all__ = ["Fault", "Scenario", "list_scenarios", "read_fault", "read_scenario"]
