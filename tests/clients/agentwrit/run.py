"""Runs the claims of one file: every function of it that is named `claim_...`, in order. Fails if one does not hold."""

import importlib
import sys
import time
import traceback


def claims_of(module):
    return [(name, claim) for name, claim in vars(module).items() if name.startswith("claim_")]


def holds(name, claim):
    began = time.monotonic()
    try:
        claim()
    except Exception:
        print(f"FAILED {name}", flush=True)
        traceback.print_exc()
        return False
    print(f"{name}: {time.monotonic() - began:.2f} s", flush=True)
    return True


def main(file):
    claims = claims_of(importlib.import_module(file))
    held = [holds(name, claim) for name, claim in claims]
    if not held or not all(held):
        sys.exit(f"{held.count(False)} of {len(held)} claims do not hold")
    print(f"{len(held)} claims held", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
