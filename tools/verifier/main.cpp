// SPDX-License-Identifier: BSD-2-Clause
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "tools/verifier/archive.hpp"
#include "tools/verifier/files.hpp"
#include "tools/verifier/image.hpp"
#include "tools/verifier/input.hpp"

namespace {

using namespace verifier;

struct Options {
  std::vector<std::string> manifests;
  std::string contracts = "contracts";
  std::string contractc;
  std::string binaries;
  std::string archive;
  std::string out;
};

int report(const Refusals& refusals) {
  for (const Refusal& refusal : refusals.all()) std::fputs(to_string(refusal).c_str(), stderr);
  if (!refusals.empty()) std::fprintf(stderr, "verify: %zu refused; nothing was written\n", refusals.all().size());
  return refusals.empty() ? 0 : 1;
}

System load(const Options& options, Refusals& refusals) {
  std::vector<Manifest> manifests = read_manifests(options.manifests, refusals);
  ContractTable contracts = read_contracts(options.contracts, options.contractc, manifests, refusals);
  if (manifests.empty() && refusals.empty())
    refusals.add("file", {options.manifests.front(), 0}, "there is no manifest.toml in it", "mend --manifests");
  if (!refusals.empty()) return {};
  System system = verify(std::move(manifests), std::move(contracts), refusals);
  if (!options.binaries.empty()) read_binaries(system, options.binaries, refusals);
  return system;
}

int image(const Options& options) {
  Refusals refusals;
  const System system = load(options, refusals);
  if (!refusals.empty()) return report(refusals);
  std::vector<std::byte> archive;
  if (!options.archive.empty()) archive = make_archive(options.archive, refusals);
  if (refusals.empty()) write_file(options.out, make_image(system, archive), refusals);
  return report(refusals);
}

int check(const Options& options) {
  Refusals refusals;
  load(options, refusals);
  return report(refusals);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Verifies the whole system from manifests, contracts and binaries, and writes its image");
  app.require_subcommand(1);
  Options options;
  options.contractc = (std::filesystem::path(argv[0]).parent_path() / "contractc").string();
  const auto add_inputs = [&](CLI::App* command) {
    command->add_option("--manifests", options.manifests, "Folders with manifest.toml files, or such files")
        ->required();
    command->add_option("--contracts", options.contracts, "Folder of contracts")->capture_default_str();
    command->add_option("--contractc", options.contractc, "The contract compiler")->capture_default_str();
    command->add_option("--binaries", options.binaries, "Folder of the components' programs");
  };
  CLI::App* check_command = app.add_subcommand("check", "Verifies and writes nothing");
  CLI::App* image_command = app.add_subcommand("image", "Verifies and writes the system image");
  for (CLI::App* command : {check_command, image_command}) add_inputs(command);
  image_command->get_option("--binaries")->required();
  image_command->add_option("--archive", options.archive, "Folder that becomes the boot archive");
  image_command->add_option("--out", options.out, "The image")->required();
  CLI11_PARSE(app, argc, argv);
  return *image_command ? image(options) : check(options);
}
