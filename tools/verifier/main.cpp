// SPDX-License-Identifier: BSD-2-Clause
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tools/verifier/archive.hpp"
#include "tools/verifier/command_output.hpp"
#include "tools/verifier/files.hpp"
#include "tools/verifier/graph.hpp"
#include "tools/verifier/image.hpp"
#include "tools/verifier/input.hpp"
#include "tools/verifier/memory.hpp"
#include "tools/verifier/symbols.hpp"
#include "tools/verifier/table_reader.hpp"

namespace {

using namespace verifier;

struct Options {
  std::vector<std::string> manifests;
  std::string contracts = "contracts";
  std::string contractc;
  std::string binaries;
  std::string archive;
  std::string kernel;
  std::string memory = "64M";
  std::string out;
  std::string dot;
  std::string text;
  std::string root = "/bulkhead";  // as cmake/Bulkhead.cmake names it in debug information
  std::string names_of = "llvm-nm-19";
  std::string lines_of = "llvm-dwarfdump-19";
  std::string description;
};

int report(const Refusals& refusals) {
  for (const Refusal& refusal : refusals.all()) std::fputs(to_string(refusal).c_str(), stderr);
  if (!refusals.empty()) std::fprintf(stderr, "verify: %zu refused, nothing written\n", refusals.all().size());
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
  check_needs(system, refusals);
  return system;
}

Machine machine_of(const Options& options, Refusals& refusals) {
  Machine machine;
  if (const auto memory = parse_size(options.memory))
    machine.memory = *memory;
  else
    refusals.add("option", {"--memory", 0}, "\"" + options.memory + "\" is no size", "write it as 64M");
  if (options.kernel.empty()) return machine;
  if (const auto file = read_file(options.kernel, refusals))
    machine.kernel = kernel_size(options.kernel, *file, refusals);
  return machine;
}

// Everything there is to verify. The image is made in memory only, as far as the system is good for one.
std::vector<std::byte> verify_all(const Options& options, System& system, Refusals& refusals) {
  system = load(options, refusals);
  const Machine machine = machine_of(options, refusals);
  if (!refusals.empty()) return {};
  std::vector<std::byte> archive, image;
  if (!options.archive.empty())
    archive = make_archive(options.archive, refusals);
  else if (std::ranges::any_of(system.components, [](const auto& c) { return c.manifest.archive; }))
    archive = empty_archive();
  if (!options.binaries.empty()) image = make_image(system, archive);
  check_sizes(system, archive.size(), refusals);
  check_memory(system, measure(system, image.size(), archive.size(), machine), refusals);
  return image;
}

int check(const Options& options) {
  Refusals refusals;
  System system;
  verify_all(options, system, refusals);
  return report(refusals);
}

int image(const Options& options) {
  Refusals refusals;
  System system;
  const std::vector<std::byte> image = verify_all(options, system, refusals);
  if (!refusals.empty()) return report(refusals);
  write_file(options.out, image, refusals);
  write_file(std::filesystem::path(options.out).replace_extension("json"), description(system, build_id_text(image)),
             refusals);
  return report(refusals);
}

int graph(const Options& options) {
  Refusals refusals;
  const System system = load(options, refusals);
  if (!refusals.empty()) return report(refusals);
  if (!options.dot.empty()) write_file(options.dot, dot_graph(system), refusals);
  if (!options.text.empty())
    write_file(options.text, text_graph(system), refusals);
  else
    std::fputs(text_graph(system).c_str(), stdout);
  return report(refusals);
}

// One file for all components of an image, which it names by its build.
int symbols(const Options& options) {
  Refusals refusals;
  const auto described = read_file(options.description, refusals);
  if (!described) return report(refusals);
  const auto image = nlohmann::json::parse(
      std::string_view(reinterpret_cast<const char*>(described->data()), described->size()), nullptr, false);
  if (!image.is_object() || !image.contains("build_id")) {
    refusals.add("symbols", {options.description, 0}, "it does not describe an image", "give the NAME.json beside it");
    return report(refusals);
  }
  std::string text = "symbols 1 " + image.at("build_id").get<std::string>() + "\n";
  for (const auto& component : image.at("components")) {
    const std::string program = options.binaries + "/" + component.at("binary").get<std::string>();
    const auto names = output_of({options.names_of, "-C", "-n", "--defined-only", program});
    const auto lines = output_of({options.lines_of, "--debug-line", program});
    if (names && lines)
      text += "c " + component.at("name").get<std::string>() + "\n" + Symbols(*names, *lines, options.root).text();
    else
      refusals.add("symbols", {program, 0}, "its symbols cannot be read", "build it, and install llvm-19");
  }
  if (refusals.empty()) write_file(options.out, text, refusals);
  return report(refusals);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Verifies the whole system from manifests, contracts and binaries, and writes its image");
  app.require_subcommand(1);
  Options options;
  options.contractc = (std::filesystem::path(argv[0]).parent_path() / "contractc").string();
  CLI::App* check_command = app.add_subcommand("check", "Verifies, and writes nothing");
  CLI::App* image_command = app.add_subcommand("image", "Verifies, and writes the system image and its description");
  CLI::App* graph_command = app.add_subcommand("graph", "Verifies, and shows components, channels and privileges");
  for (CLI::App* command : {check_command, image_command, graph_command}) {
    command->add_option("--manifests", options.manifests, "Folders with manifest.toml files, or such files")
        ->required();
    command->add_option("--contracts", options.contracts, "Folder of contracts")->capture_default_str();
    command->add_option("--contractc", options.contractc, "The contract compiler")->capture_default_str();
    command->add_option("--binaries", options.binaries, "Folder of the components' programs");
  }
  for (CLI::App* command : {check_command, image_command}) {
    command->add_option("--archive", options.archive, "Folder that becomes the boot archive");
    command->add_option("--kernel", options.kernel, "The kernel, for its size");
    command->add_option("--memory", options.memory, "The smallest machine to fit into")->capture_default_str();
  }
  image_command->get_option("--binaries")->required();
  image_command->add_option("--out", options.out, "The image; NAME.json beside it describes it")->required();
  graph_command->add_option("--dot", options.dot, "Writes the graph for Graphviz");
  graph_command->add_option("--text", options.text, "Writes the text here instead of to standard output");
  CLI::App* symbols_command = app.add_subcommand("symbols", "Writes what the addresses in an image's components are");
  symbols_command->add_option("--description", options.description, "The NAME.json of the image")->required();
  symbols_command->add_option("--binaries", options.binaries, "Folder of the components' programs")->required();
  symbols_command->add_option("--out", options.out, "The symbol file")->required();
  symbols_command->add_option("--root", options.root, "Root of the source, as debug information names it")
      ->capture_default_str();
  symbols_command->add_option("--nm", options.names_of, "Lists symbols")->capture_default_str();
  symbols_command->add_option("--dwarfdump", options.lines_of, "Lists lines")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (*symbols_command) return symbols(options);
  return *image_command ? image(options) : *graph_command ? graph(options) : check(options);
}
