// How long a test waits for what has to come: far longer than it ever takes, so that only a hang ends it.
#pragma once

namespace ui_test {

inline constexpr int kLong = 90000;

}  // namespace ui_test
