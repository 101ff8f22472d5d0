// ebb-bench-kafka-latency BROKER TOPIC RATE SECONDS: creates the topic and produces messages of 65 bytes at a steady
// rate, so many each millisecond, while a consumer of the same process reads them. acks=all, idempotent, linger 5 ms,
// no compression; the broker fsyncs as it does by default, that is not before it acknowledges. Prints milliseconds from
// when a message was due until the consumer had it, without the first tenth, and librdkafka's version.

#include <librdkafka/rdkafkacpp.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "librdkafka/rdkafka.h"
#include "tests/benchmarks/latencies.h"

namespace {

using Clock = std::chrono::steady_clock;
using Settings = std::vector<std::pair<const char*, std::string>>;

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "kafka: %s\n", what.c_str());
  std::exit(1);
}

std::unique_ptr<RdKafka::Conf> ConfOf(const Settings& settings) {
  std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  std::string error;
  for (const auto& [name, value] : settings) {
    if (conf->set(name, value, error) != RdKafka::Conf::CONF_OK) Fail(error);
  }
  return conf;
}

void CreateTopic(RdKafka::Producer& producer, const char* topic) {
  rd_kafka_t* const client = producer.c_ptr();
  char error[512];
  rd_kafka_NewTopic_t* created = rd_kafka_NewTopic_new(topic, 1, 1, error, sizeof(error));
  if (!created) Fail(error);
  rd_kafka_queue_t* const queue = rd_kafka_queue_new(client);
  rd_kafka_CreateTopics(client, &created, 1, nullptr, queue);
  rd_kafka_event_t* const event = rd_kafka_queue_poll(queue, 60'000);
  if (!event || rd_kafka_event_error(event)) Fail("the topic was not created");
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_NewTopic_destroy(created);
}

struct Load {
  size_t a_tick;
  size_t messages;
  Clock::time_point begin;

  Clock::time_point DueAt(size_t message) const {
    return begin + std::chrono::milliseconds(1) * static_cast<int64_t>(message / a_tick);
  }
};

void Produce(RdKafka::Producer& producer, const char* topic, const Load& load) {
  char value[65] = {};
  for (size_t m = 0; m < load.messages; ++m) {
    if (m % load.a_tick == 0) std::this_thread::sleep_until(load.DueAt(m));
    std::memcpy(value, &m, sizeof(m));
    const std::string key = "c" + std::to_string(m % 100'000);
    while (producer.produce(topic, 0, RdKafka::Producer::RK_MSG_COPY, value, sizeof(value), key.data(), key.size(), 0,
                            nullptr) == RdKafka::ERR__QUEUE_FULL) {
      producer.poll(1);
    }
    producer.poll(0);
  }
  if (producer.flush(60'000) != RdKafka::ERR_NO_ERROR) Fail("not everything was acknowledged");
}

ebb::benchmarks::Latencies Consume(RdKafka::KafkaConsumer& consumer, const Load& load) {
  ebb::benchmarks::Latencies latencies;
  for (size_t seen = 0; seen < load.messages;) {
    const std::unique_ptr<RdKafka::Message> message(consumer.consume(60'000));
    if (message->err() != RdKafka::ERR_NO_ERROR) Fail(message->errstr());
    const Clock::time_point now = Clock::now();
    size_t number = 0;
    std::memcpy(&number, message->payload(), sizeof(number));
    if (number >= load.messages / 10) latencies.Add(now - load.DueAt(number));
    ++seen;
  }
  return latencies;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const char* const topic = argv[2];
  const auto producing =
      ConfOf({{"bootstrap.servers", argv[1]}, {"acks", "all"}, {"enable.idempotence", "true"}, {"linger.ms", "5"}});
  const auto consuming =
      ConfOf({{"bootstrap.servers", argv[1]}, {"group.id", "bench"}, {"enable.auto.commit", "false"}});
  std::string error;
  const std::unique_ptr<RdKafka::Producer> producer(RdKafka::Producer::create(producing.get(), error));
  if (!producer) Fail(error);
  const std::unique_ptr<RdKafka::KafkaConsumer> consumer(RdKafka::KafkaConsumer::create(consuming.get(), error));
  if (!consumer) Fail(error);
  CreateTopic(*producer, topic);
  const std::unique_ptr<RdKafka::TopicPartition> partition(
      RdKafka::TopicPartition::create(topic, 0, RdKafka::Topic::OFFSET_BEGINNING));
  if (consumer->assign({partition.get()}) != RdKafka::ERR_NO_ERROR) Fail("no partition was assigned");

  const size_t a_tick = std::strtoull(argv[3], nullptr, 10) / 1'000;
  const Load load = {.a_tick = a_tick,
                     .messages = a_tick * 1'000 * std::strtoull(argv[4], nullptr, 10),
                     .begin = Clock::now() + std::chrono::seconds(1)};
  std::thread sender([&] { Produce(*producer, topic, load); });
  ebb::benchmarks::Latencies latencies = Consume(*consumer, load);
  sender.join();
  consumer->close();
  std::printf("{\"p50_ms\":%.4f,\"p99_ms\":%.4f,\"librdkafka\":\"%s\"}\n", latencies.Milliseconds(0.5),
              latencies.Milliseconds(0.99), RdKafka::version_str().c_str());
}
