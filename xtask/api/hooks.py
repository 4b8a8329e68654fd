"""What the requests need that a description cannot say."""

import itertools

import schemathesis

NUMBERS = itertools.count()


@schemathesis.hook
def before_call(context, case, **kwargs):
    """A valid Idempotency-Key is a new one: the one in the description would be another request's from the second on."""
    key = (case.headers or {}).get("Idempotency-Key")
    if key is not None and 16 <= len(key) <= 255 and all("!" <= character <= "~" for character in key):
        case.headers["Idempotency-Key"] = f"api-operation-{next(NUMBERS):08}"
