"""Prints what Python's safetensors reads from a saved model, as JSON; exits with 77 where it is not installed.

    python read_model.py MODEL.safetensors
"""

import json
import sys

try:
    from safetensors import safe_open
    import numpy  # safetensors hands out numpy's arrays
except ImportError as error:
    print(error)
    sys.exit(77)

with safe_open(sys.argv[1], framework="numpy") as model:
    tensors = {}
    for name in model.keys():
        values = model.get_tensor(name)
        assert isinstance(values, numpy.ndarray)
        tensors[name] = {
            "type": str(values.dtype),
            "shape": list(values.shape),
            "values": [float(value) for value in values.flatten()],
        }
    print(json.dumps({"metadata": json.loads(model.metadata()["unsup"]), "tensors": tensors}))
