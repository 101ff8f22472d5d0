"""feast_reads.py ADDRESS CUSTOMERS CONNECTIONS SECONDS: calls GetOnlineFeatures of Feast's gRPC server, 100 customers a call, one call at a
time on each connection. Requests are made beforehand and answers are not decoded: the load costs the server as little as it can. Prints
calls a second and latencies.
"""

import json
import random
import sys
import threading
import time

import grpc
from feast.protos.feast.serving.ServingService_pb2 import GetOnlineFeaturesRequest
from feast.protos.feast.types.Value_pb2 import Value

from feast_views import NAMES, customer

CUSTOMERS_A_CALL = 100


def request(customers):
    message = GetOnlineFeaturesRequest()
    message.features.val.extend(NAMES)
    message.entities["customer_id"].val.extend(Value(string_val=customer(random.randrange(customers))) for _ in range(CUSTOMERS_A_CALL))
    return message.SerializeToString()


def connect(address):
    channel = grpc.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)])
    grpc.channel_ready_future(channel).result(timeout=120)
    return channel.unary_unary("/GrpcFeatureServer/GetOnlineFeatures", request_serializer=None, response_deserializer=None)


def read(call, requests, until, latencies):
    while time.perf_counter() < until:
        begin = time.perf_counter()
        answer = call(random.choice(requests), timeout=120)
        latencies.append(time.perf_counter() - begin)
        if len(answer) < 1000:
            raise RuntimeError("an answer without features")


def main():
    address, customers, connections, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    random.seed(0)
    requests = [request(customers) for _ in range(200)]
    calls = [connect(address) for _ in range(connections)]
    for call in calls:
        call(requests[0], timeout=120)
    latencies = [[] for _ in calls]
    begin = time.perf_counter()
    threads = [threading.Thread(target=read, args=(call, requests, begin + seconds, mine)) for call, mine in zip(calls, latencies)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - begin
    ordered = sorted(latency for mine in latencies for latency in mine)
    at = lambda share: ordered[min(len(ordered) - 1, int(share * len(ordered)))]  # noqa: E731
    print(json.dumps({"customers_per_second": len(ordered) * CUSTOMERS_A_CALL / spent, "p50_ms": at(0.5) * 1e3, "p99_ms": at(0.99) * 1e3}))


if __name__ == "__main__":
    main()
