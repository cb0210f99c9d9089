"""Let a reader check an answer of their own: the same check stands in the stub and in the solution."""


def check(says, claim):
    """Print "right: …" when the claim holds, "not yet: …" when it does not; an unfinished answer stops nothing.

    says: what must hold, in words. claim: a function without arguments that tells whether it does,
        so that an answer which still fails (a None, a missing name) is told to the reader, not raised.
    """
    try:
        verdict, because = ("right" if claim() else "not yet"), ""
    except Exception as problem:  # whatever the reader's lines do, the chapter runs on
        told = (
            "a value is still None"
            if "NoneType" in str(problem)
            else f"{type(problem).__name__}: {problem}"
        )
        verdict, because = "not yet", f" ({told})"
    print(f"{verdict}: {says}{because}")
