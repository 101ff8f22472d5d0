// Included before everything else where protobuf messages are used under the thread sanitizer. protobuf's map fields are two members larger
// there, but Debian's libprotobuf and our generated code are built without it: map_field.h must see what they saw. The standard headers come first,
// because they must know of the sanitizer.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#pragma push_macro("__SANITIZE_THREAD__")
#undef __SANITIZE_THREAD__
#include <google/protobuf/map_field.h>
#pragma pop_macro("__SANITIZE_THREAD__")
