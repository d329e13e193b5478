"""What is said where a password is missing or wrong; the password itself stands in no file and no message."""

from workbench.engagement import SOURCE_PASSWORD_VARIABLE


def ask_password(*, is_wrong: bool = False) -> str:
    """What the analyst does about a protected file."""
    what = "is protected, and the password does not open it" if is_wrong else "is protected by a password"
    return f"{what}; set it in the environment as {SOURCE_PASSWORD_VARIABLE}, or as the variable named in [source]"
