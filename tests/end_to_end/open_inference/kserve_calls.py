"""Calls a scorer by the real kserve client; as tritonclient_calls.py. A process of its own: both packages register the same messages."""

import asyncio
import json
import sys

import grpc
import numpy as np
from kserve import InferenceGRPCClient, InferInput, InferRequest

MODEL = "decline"
DTYPES = {"FP64": np.float64, "BYTES": np.object_}


def typed(name, datatype, values):
    return InferInput(name, [len(values)], datatype, data=[float("nan") if value is None else value for value in values])


def raw(name, datatype, values):
    array = np.array([np.nan if value is None else value for value in values], dtype=DTYPES[datatype])
    result = InferInput(name, list(array.shape), datatype)
    result.set_data_from_numpy(array)
    return result


async def infer(client, inputs, version=None):
    answer = await client.infer(InferRequest(MODEL, inputs, request_id="call 1", model_version=version))
    return {output.name: output.as_numpy().tolist() for output in answer.outputs}


async def refusal(call):
    """Code and message of a call that must fail."""
    try:
        return f"no error, but {await call}"
    except grpc.RpcError as error:
        return f"{error.code()}: {error.details()}"


async def main():
    question = json.load(sys.stdin)
    async with InferenceGRPCClient(question["address"]) as client:
        inputs = question["inputs"]
        json.dump(
            {
                "live": await client.is_server_live(),
                "ready": await client.is_server_ready(),
                "model_ready": await client.is_model_ready(MODEL),
                "raw": await infer(client, [raw(**each) for each in inputs]),
                "typed": await infer(client, [typed(**each) for each in inputs]),
                "version_refused": await refusal(infer(client, [raw(**each) for each in inputs], version="99")),
            },
            sys.stdout,
        )


asyncio.run(main())
