#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ebb/v1/trainer_service.pb.h"
#include "runtime/rpc/server_stream.h"
#include "trainer/registry.h"
#include "trainer/training_slot.h"

namespace ebb::trainer {

// What the trainer's streams send. The two watches read what is true when they are asked, so a slow reader gets the
// latest and misses what was overtaken. What is borrowed outlives the streams.

// The training now and at every change, until it has ended.
std::unique_ptr<StreamSource<v1::Training>> TrainingStream(const TrainingSlot* slot, int64_t id);

// The champion now and each new one, without end; with up to `challengers` of the newest challengers that are newer
// than it, and then each time that they change.
std::unique_ptr<StreamSource<v1::WatchChampionResponse>> ChampionStream(const Registry* registry, int challengers);

// The bytes in parts of at most 1 MiB.
std::unique_ptr<StreamSource<v1::DownloadModelResponse>> FileStream(std::string file);

}  // namespace ebb::trainer
