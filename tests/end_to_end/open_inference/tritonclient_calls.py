"""Calls a scorer by the real tritonclient: questions come as JSON on standard input, what was answered goes out as JSON.

In: `address`, `inputs` (each `name`, `datatype`, `values`; null is a missing number). The judging is open_inference_test.cc's.
"""

import json
import sys

import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException, triton_to_np_dtype

MODEL = "decline"


def tensor(name, datatype, values, as_column=False):
    array = np.array([np.nan if value is None else value for value in values], dtype=triton_to_np_dtype(datatype))
    if as_column:
        array = array.reshape(-1, 1)
    result = triton.InferInput(name, list(array.shape), datatype)
    result.set_data_from_numpy(array)
    return result


def outputs(result):
    return {output.name: result.as_numpy(output.name).tolist() for output in result.get_response().outputs}


def refusal(call):
    """Code and message of a call that must fail."""
    try:
        return f"no error, but {call()}"
    except InferenceServerException as error:
        return f"{error.status()}: {error.message()}"


def main():
    question = json.load(sys.stdin)
    client = triton.InferenceServerClient(question["address"])
    inputs = [tensor(**each) for each in question["inputs"]]
    columns = [tensor(**each, as_column=True) for each in question["inputs"]]
    answer = client.infer(MODEL, inputs, request_id="call 1")
    json.dump(
        {
            "live": client.is_server_live(),
            "ready": client.is_server_ready(),
            "model_ready": client.is_model_ready(MODEL),
            "other_version_ready": client.is_model_ready(MODEL, "99"),
            "server": client.get_server_metadata(as_json=True),
            "model": client.get_model_metadata(MODEL, as_json=True),
            "id": answer.get_response().id,
            "version": answer.get_response().model_version,
            "outputs": outputs(answer),
            "columns": outputs(client.infer(MODEL, columns)),
            "requested": outputs(client.infer(MODEL, inputs, outputs=[triton.InferRequestedOutput("at_risk")])),
            "version_refused": refusal(lambda: client.infer(MODEL, inputs, model_version="99")),
            "output_refused": refusal(lambda: client.infer(MODEL, inputs, outputs=[triton.InferRequestedOutput("label")])),
            "config_refused": refusal(lambda: client.get_model_config(MODEL)),
        },
        sys.stdout,
    )


main()
