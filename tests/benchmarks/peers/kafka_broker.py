"""A real Apache Kafka broker (KRaft, one node) on loopback, from Maven Central's jars; nothing is installed. Needs mvn and a JDK 17.

Nothing is deleted by age: Kafka's seven days count from the events' own timestamps, so a workload of the past would vanish.
"""

import base64
import os
import pathlib
import subprocess

from processes import Server, accepts, free_port, program, wait_until
from rounds import WORK, say

VERSION = "4.3.1"
LIBRARIES = WORK / f"kafka-{VERSION}"
POM = f"""<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>kafka-broker</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
"""
JAVA = ["java", "-Djava.awt.headless=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{LIBRARIES}/*"]


def install():
    complete = LIBRARIES / "complete"
    if complete.exists():
        return
    say(f"bench: fetching Kafka {VERSION}")
    LIBRARIES.mkdir(parents=True, exist_ok=True)
    pom = LIBRARIES / "pom.xml"
    pom.write_text(POM, encoding="utf-8")
    subprocess.run(["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", "-DincludeScope=runtime",
                    f"-DoutputDirectory={LIBRARIES}"], check=True, stdout=subprocess.DEVNULL)
    complete.touch()


def settings(port, controller, data):
    return f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
log.retention.ms=-1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
num.network.threads=2
num.io.threads=2
background.threads=2
log.cleaner.dedupe.buffer.size=16777216
"""


class Broker(Server):
    def __init__(self, context):
        install()
        self._context = context
        folder = pathlib.Path(context.folder)
        self.port = free_port()
        properties = folder / "broker.properties"
        properties.write_text(settings(self.port, free_port(), folder / "kafka"), encoding="utf-8")
        cluster = base64.urlsafe_b64encode(os.urandom(16)).rstrip(b"=").decode()
        with open(folder / "kafka.log", "ab") as log:
            subprocess.run([*JAVA, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "--config", str(properties)],
                           check=True, stdout=log, stderr=log)
        context.peer("kafka", VERSION)
        super().__init__([*JAVA[:1], "-Xms256m", "-Xmx256m", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", *JAVA[1:], "kafka.Kafka", properties],
                         folder / "kafka.log")
        wait_until(lambda: accepts(self.port), self.process)

    def latency(self, rate, seconds):
        """Of messages at a steady rate from when they were due to the consumer."""
        seen = program("ebb-bench-kafka-latency", f"127.0.0.1:{self.port}", "latency", rate, seconds)
        self._context.peer("librdkafka", seen["librdkafka"])
        return seen

    def produce(self, workload, events):
        produced = program("ebb-bench-kafka-produce", f"127.0.0.1:{self.port}", "events", workload.path, events)
        self._context.peer("librdkafka", produced["librdkafka"])
        return produced
