// Read once for a whole build instead of once for each file: what most of our files include and what costs most to read (gRPC's and
// protobuf's headers take 2 to 7 s). Every file still includes what it uses: the preset `clang` builds without this.
#pragma once

#ifdef EBB_TSAN
#include "cmake/ProtobufLayout.h"
#endif

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "ebb/v1/model_file.pb.h"
#include "ebb/v1/scorer_service.grpc.pb.h"
#include "ebb/v1/trainer_service.grpc.pb.h"
