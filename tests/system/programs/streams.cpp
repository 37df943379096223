// SPDX-License-Identifier: BSD-2-Clause
// A program of C++ with glibc, linked statically: streams, exceptions, containers, files, time, threads.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <numeric>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

int deeper(int left) {
  struct Guard {
    ~Guard() { ++unwound; }
    int& unwound;
  };
  static int unwound = 0;
  const Guard guard{unwound};
  if (left == 0) throw std::runtime_error("thrown from " + std::to_string(unwound) + " below");
  return deeper(left - 1) + 1;
}

void files() {
  namespace fs = std::filesystem;
  fs::create_directories("tree/with/folders");
  std::ofstream("tree/with/file") << "first line\nsecond line\n";
  fs::copy_file("tree/with/file", "tree/copy");
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator("tree")) names.push_back(entry.path().string());
  std::ranges::sort(names);
  for (const auto& name : names) std::cout << name << '\n';
  std::ifstream in("tree/copy");
  for (std::string line; std::getline(in, line);) std::cout << line.size() << ' ' << line << '\n';
  std::error_code error;
  std::cout << fs::file_size("tree/copy") << ' ' << fs::remove("tree", error) << ' ' << error.message() << '\n';
  std::cout << fs::remove_all("tree") << ' ' << fs::exists("tree") << '\n';
}

void threads() {
  std::atomic<int> sum{0};
  std::mutex mutex;
  std::map<int, int> seen;
  std::vector<std::thread> all;
  for (int i = 0; i < 8; ++i) {
    all.emplace_back([&, i] {
      thread_local int own = 0;
      for (int n = 0; n < 1000; ++n) sum += ++own == n + 1;
      const std::scoped_lock lock(mutex);
      seen[i] = own;
    });
  }
  for (auto& thread : all) thread.join();
  std::cout << sum << ' ' << seen.size() << '\n';
}

}  // namespace

int main(int, char** arguments) {
  std::cout << std::filesystem::path(arguments[0]).filename() << '\n';
  try {
    deeper(10);
  } catch (const std::exception& error) {
    std::cout << error.what() << '\n';
  }
  std::vector<int> numbers(100'000);
  std::iota(numbers.begin(), numbers.end(), 1);
  std::cout << std::accumulate(numbers.begin(), numbers.end(), 0L) << '\n';
  const std::string text = "the 1st and the 22nd";
  const std::regex digits("[0-9]+");
  for (std::sregex_iterator match(text.begin(), text.end(), digits), end; match != end; ++match)
    std::cout << match->str() << '\n';
  const auto begin = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::cout << (std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(20)) << '\n';
  files();
  threads();
  std::cout << std::boolalpha << std::cin.get() << ' ' << std::cin.eof() << std::endl;
  return 3;
}
