#include "tests/fuzz/mutator.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>

namespace fuzz {

namespace {

constexpr size_t kMostBytes = size_t{4} << 20;

constexpr std::array<std::string_view, 24> kNumbers = {"0",
                                                       "-1",
                                                       "1",
                                                       "2",
                                                       "3",
                                                       "255",
                                                       "256",
                                                       "65536",
                                                       "2147483647",
                                                       "2147483648",
                                                       "-2147483649",
                                                       "4294967295",
                                                       "4294967296",
                                                       "9007199254740993",
                                                       "9223372036854775807",
                                                       "9223372036854775808",
                                                       "-9223372036854775808",
                                                       "18446744073709551615",
                                                       "18446744073709551616",
                                                       "1e308",
                                                       "1e999",
                                                       "-1e-999",
                                                       "0.5",
                                                       "1.0"};

constexpr std::array<std::string_view, 20> kValues = {"null",
                                                      "true",
                                                      "false",
                                                      "0",
                                                      "-1",
                                                      "1",
                                                      "2",
                                                      "0.5",
                                                      "1e308",
                                                      "-1e-400",
                                                      "18446744073709551615",
                                                      "9999999999999999999999",
                                                      "\"\"",
                                                      "\"a\"",
                                                      "\"\\u0000\"",
                                                      "[]",
                                                      "{}",
                                                      "[1]",
                                                      "[[]]",
                                                      "{\"a\":{}}"};

class Mutation {
 public:
  Mutation(std::string bytes, size_t header, Random& random)
      : m_bytes(std::move(bytes)), m_header(header), m_random(random) {}

  void step(const std::vector<Seed>& seeds, const std::vector<std::string_view>& words) {
    if (m_bytes.empty()) m_bytes.push_back(' ');
    switch (m_random.below(15)) {
      case 0:
        m_bytes[place()] ^= static_cast<char>(1u << m_random.below(8));
        break;
      case 1:
        m_bytes[place()] = static_cast<char>(m_random.next());
        break;
      case 2:
      case 3:
        if (!words.empty()) insert(place(), words[m_random.below(words.size())]);
        break;
      case 4:
        if (!words.empty()) overwrite(place(), words[m_random.below(words.size())]);
        break;
      case 5:
        m_bytes.erase(place(), length());
        break;
      case 6: {
        const std::string part = m_bytes.substr(place(), length());
        insert(place(), part);
        break;
      }
      case 7:
        binaryNumber();
        break;
      case 8:
      case 9:
        decimalNumber();
        break;
      case 10:
        if (m_random.below(4) == 0) m_bytes.resize(place());
        break;
      case 11: {
        const std::string& other = seeds[m_random.below(seeds.size())].bytes;
        if (!other.empty()) overwrite(place(), other.substr(m_random.below(other.size()), length()));
        break;
      }
      case 12:
        repeat();
        break;
      default:
        jsonValue();
    }
  }

  std::string take() { return std::move(m_bytes); }

 private:
  /// A position in the input, which is not empty.
  size_t place() {
    const size_t all = m_bytes.size();
    return m_random.below(m_header > 0 && m_random.below(8) != 0 ? std::min(m_header, all) : all);
  }

  /// Mostly short.
  size_t length() { return 1 + m_random.below(size_t{1} << m_random.below(9)); }

  void insert(size_t at, std::string_view part) {
    if (m_bytes.size() + part.size() <= kMostBytes) m_bytes.insert(at, part);
  }

  void overwrite(size_t at, std::string_view part) {
    part = part.substr(0, m_bytes.size() - at);
    m_bytes.replace(at, part.size(), part);
  }

  void binaryNumber() {
    uint64_t value = uint64_t{1} << m_random.below(64);
    if (m_random.below(2) == 0) value = ~value + m_random.below(4);
    if (m_random.below(4) == 0) value = m_random.below(300);
    std::array<char, 8> raw;
    std::memcpy(raw.data(), &value, raw.size());
    overwrite(place(), std::string_view(raw.data(), size_t{1} << m_random.below(4)));
  }

  /// Replaces the next number of the text.
  void decimalNumber() {
    const auto digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
    const auto first = std::find_if(m_bytes.begin() + static_cast<ptrdiff_t>(place()), m_bytes.end(), digit);
    if (first == m_bytes.end()) return;
    const auto last = std::find_if_not(first, m_bytes.end(), digit);
    const std::string_view number = kNumbers[m_random.below(kNumbers.size())];
    m_bytes.replace(first, last, number.begin(), number.end());
  }

  /// Replaces what follows the next colon, up to the end of a value.
  void jsonValue() {
    const size_t colon = m_bytes.find(':', place());
    if (colon == std::string::npos) return;
    const size_t end = std::min(m_bytes.find_first_of(",}]\r\n", colon + 1), m_bytes.size());
    const std::string_view value = kValues[m_random.below(kValues.size())];
    m_bytes.replace(colon + 1, end - colon - 1, value);
  }

  /// Puts one part in many times over: what nests or grows with the input shows here.
  void repeat() {
    const std::string part = m_bytes.substr(place(), 1 + m_random.below(12));
    const size_t times = size_t{1} << m_random.below(14);
    std::string many;
    many.reserve(part.size() * times);
    for (size_t i = 0; i < times; ++i) many += part;
    insert(place(), many);
  }

  std::string m_bytes;
  size_t m_header;
  Random& m_random;
};

}  // namespace

uint64_t Random::next() {
  m_state += 0x9e3779b97f4a7c15u;
  uint64_t z = m_state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::string mutate(const std::vector<Seed>& seeds, const std::vector<std::string_view>& words, Random& random) {
  const Seed& seed = seeds[random.below(seeds.size())];
  Mutation mutation(seed.bytes, seed.header, random);
  const size_t steps = random.below(8) == 0 ? 1 + random.below(24) : 1 + random.below(3);
  for (size_t i = 0; i < steps; ++i) mutation.step(seeds, words);
  return mutation.take();
}

}  // namespace fuzz
