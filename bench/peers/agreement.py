# Whether two programs that are timed beside each other compute the same.


def check_agreement(op, keys, ours, theirs, within=2e-3):
    """Ends the program when a value of salix and of PyTorch is further apart than the relative bound."""
    for key in keys:
        if abs(ours[key] - theirs[key]) > within * abs(theirs[key]):
            raise SystemExit(f"{op}: {key} must agree; got {ours[key]} from salix and {theirs[key]} from PyTorch")
