// ebb-bench-kafka-produce BROKER TOPIC WORKLOAD EVENTS: creates the topic with flush.messages=1 (the broker fsyncs
// before it acknowledges) and produces each event's bytes under its customer: acks=all, idempotent, linger 5 ms.
// After a fifth of the events to warm up, prints the seconds from the first event to the last acknowledgement, and
// librdkafka's version.

#include <librdkafka/rdkafkacpp.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "librdkafka/rdkafka.h"
#include "tests/benchmarks/workload_file.h"

namespace {

using ebb::benchmarks::EventBytes;

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "kafka: %s\n", what.c_str());
  std::exit(1);
}

void CreateTopic(RdKafka::Producer& producer, const char* topic) {
  rd_kafka_t* const client = producer.c_ptr();
  char error[512];
  rd_kafka_NewTopic_t* created = rd_kafka_NewTopic_new(topic, 1, 1, error, sizeof(error));
  if (!created) Fail(error);
  if (rd_kafka_NewTopic_set_config(created, "flush.messages", "1") != RD_KAFKA_RESP_ERR_NO_ERROR)
    Fail("flush.messages");
  rd_kafka_queue_t* const queue = rd_kafka_queue_new(client);
  rd_kafka_CreateTopics(client, &created, 1, nullptr, queue);
  rd_kafka_event_t* const event = rd_kafka_queue_poll(queue, 60'000);
  if (!event || rd_kafka_event_error(event)) Fail("the topic was not created");
  size_t count = 0;
  const auto* topics = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  for (size_t i = 0; i < count; ++i) {
    if (rd_kafka_topic_result_error(topics[i])) Fail(rd_kafka_topic_result_error_string(topics[i]));
  }
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_NewTopic_destroy(created);
}

class Acknowledgements : public RdKafka::DeliveryReportCb {
 public:
  void dr_cb(RdKafka::Message& message) override {
    if (message.err()) Fail(message.errstr());
    ++count_;
  }
  int64_t count() const { return count_; }

 private:
  int64_t count_ = 0;
};

// Until the last one is acknowledged.
void Produce(RdKafka::Producer& producer, const char* topic, std::span<const EventBytes> events) {
  for (const EventBytes& event : events) {
    for (;;) {
      const RdKafka::ErrorCode code = producer.produce(
          topic, /*partition=*/0, /*msgflags=*/0, const_cast<char*>(event.value.data()), event.value.size(),
          event.customer.data(), event.customer.size(), /*timestamp=*/event.micros / 1'000, nullptr);
      if (code == RdKafka::ERR_NO_ERROR) break;
      if (code != RdKafka::ERR__QUEUE_FULL) Fail(RdKafka::err2str(code));
      producer.poll(1);
    }
    producer.poll(0);
  }
  if (producer.flush(600'000) != RdKafka::ERR_NO_ERROR) Fail("not everything was acknowledged");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const ebb::benchmarks::WorkloadFile workload(argv[3]);
  std::vector<EventBytes> events;
  for (const auto& batch : workload.batches(std::atoll(argv[4]))) {
    for (EventBytes& event : ebb::benchmarks::SplitEvents(batch)) events.push_back(std::move(event));
  }

  Acknowledgements acknowledged;
  const std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  std::string error;
  const std::pair<const char*, const char*> settings[] = {{"bootstrap.servers", argv[1]},
                                                          {"acks", "all"},
                                                          {"enable.idempotence", "true"},
                                                          {"linger.ms", "5"},
                                                          {"queue.buffering.max.messages", "1000000"}};
  for (const auto& [name, value] : settings) {
    if (conf->set(name, value, error) != RdKafka::Conf::CONF_OK) Fail(error);
  }
  if (conf->set("dr_cb", &acknowledged, error) != RdKafka::Conf::CONF_OK) Fail(error);
  const std::unique_ptr<RdKafka::Producer> producer(RdKafka::Producer::create(conf.get(), error));
  if (!producer) Fail(error);
  CreateTopic(*producer, argv[2]);

  // The broker is a JVM that has just started: it has its code compiled before the clock starts.
  Produce(*producer, argv[2], std::span(events).first(events.size() / 5));
  const auto begin = std::chrono::steady_clock::now();
  Produce(*producer, argv[2], events);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (acknowledged.count() != static_cast<int64_t>(events.size() + events.size() / 5))
    Fail("acknowledgements are missing");
  std::printf("{\"events\":%zu,\"seconds\":%.6f,\"librdkafka\":\"%s\"}\n", events.size(), seconds,
              RdKafka::version_str().c_str());
}
