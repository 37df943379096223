// SPDX-License-Identifier: BSD-2-Clause
// strip-privilege IMAGE                              lists the privileges: component, kind, object, tabs between
// strip-privilege IMAGE OUT COMPONENT KIND [OBJECT]  writes the image without that one
#include <cstdio>

#include "tests/system/privileges/privileges.hpp"
#include "tools/verifier/files.hpp"

int main(int count, char** words) {
  using namespace privileges;
  if (count != 2 && count != 5 && count != 6) {
    std::fputs("usage: strip-privilege IMAGE [OUT COMPONENT KIND [OBJECT]]\n", stderr);
    return 2;
  }
  verifier::Refusals refusals;
  auto file = verifier::read_file(words[1], refusals);
  if (!file) {
    for (const verifier::Refusal& refusal : refusals.all()) std::fputs(to_string(refusal).c_str(), stderr);
    return 1;
  }
  Image image(std::move(*file));
  if (count == 2) {
    for (const Privilege& each : image.list())
      std::printf("%s\t%s\t%s\n", each.component.c_str(), each.kind.c_str(), each.object.c_str());
    return 0;
  }
  if (!image.strip({words[3], words[4], count == 6 ? words[5] : ""})) {
    std::fprintf(stderr, "strip-privilege: %s has no %s %s; without OUT the privileges are listed\n", words[3],
                 words[4], count == 6 ? words[5] : "");
    return 1;
  }
  verifier::write_file(words[2], image.bytes(), refusals);
  for (const verifier::Refusal& refusal : refusals.all()) std::fputs(to_string(refusal).c_str(), stderr);
  return refusals.empty() ? 0 : 1;
}
