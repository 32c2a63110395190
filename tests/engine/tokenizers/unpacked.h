// Model folders whose large files are packed.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

/// A model folder whose tokenizer.json may be packed; then a temporary copy of it with the file unpacked.
class Unpacked {
 public:
  explicit Unpacked(const std::filesystem::path& model) : m_path(model) {
    if (!std::filesystem::exists(model / "tokenizer.json.gz")) return;
    m_copy = m_path = std::filesystem::path(testing::TempDir()) / ("tokenizer_" + std::to_string(getpid()));
    std::filesystem::create_directories(m_copy);
    std::filesystem::copy_file(model / "tokenizer_config.json", m_copy / "tokenizer_config.json");
    const std::string command =
        "gzip -dc '" + (model / "tokenizer.json.gz").string() + "' > '" + (m_copy / "tokenizer.json").string() + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);
  }
  ~Unpacked() {
    if (!m_copy.empty()) std::filesystem::remove_all(m_copy);
  }
  Unpacked(const Unpacked&) = delete;
  Unpacked& operator=(const Unpacked&) = delete;
  const std::filesystem::path& path() const { return m_path; }

 private:
  std::filesystem::path m_path, m_copy;
};
