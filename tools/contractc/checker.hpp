// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <set>

#include "tools/contractc/check.hpp"
#include "tools/contractc/scope.hpp"

namespace contractc {

/// One contract being checked; its parts are in check.cpp, check_messages.cpp and check_states.cpp.
class Checker {
 public:
  Checker(const syntax::Contract& syntax, const std::vector<syntax::Name>& imports, const Importer& importer,
          Diagnostics& diagnostics)
      : syntax_(syntax), imports_(imports), importer_(importer), diagnostics_(diagnostics) {}

  std::unique_ptr<model::Contract> check();

 private:
  // Declarations.
  void check_imports();
  void check_constant(const syntax::Constant& constant);
  void check_enum(const syntax::Enum& enumeration);
  void check_struct(const syntax::Struct& structure);
  std::vector<model::Field> check_fields(const std::vector<syntax::Field>& fields);
  /// Each name once in the generated namespace.
  void declare(const syntax::Name& name, const std::string& cpp_name, std::string_view what);

  // Messages.
  void check_message(const syntax::Message& message);
  void check_sizes(const syntax::Message& syntax, model::Message& message);
  void check_annotations(const syntax::Message& syntax, model::Message& message);
  void check_configures(const syntax::Annotation& annotation, model::Message& message);
  void check_within(const syntax::Annotation& annotation, model::Message& message);
  void check_failures();

  // States.
  void check_states();
  bool is_answering(const syntax::Body& body) const;
  void check_body(const syntax::Body& body);
  const model::Message* message_of(const syntax::Move& move);
  unsigned request_state(const syntax::Target& target, const std::string& inline_name, bool inherits_volatile);
  void fill_state(unsigned index, const syntax::Body& body);
  void fill_answers(model::Exchange& exchange, const syntax::Body& body, const std::string& inline_name,
                    bool inherits_volatile);
  void check_reached();

  const syntax::Contract& syntax_;
  const std::vector<syntax::Name>& imports_;
  const Importer& importer_;
  Diagnostics& diagnostics_;
  std::unique_ptr<model::Contract> model_ = std::make_unique<model::Contract>();
  Scope scope_;
  std::map<std::string, std::string> declared_;  // name in the generated namespace -> what it is
  std::map<std::string, const syntax::State*> named_states_;
  std::map<std::string, unsigned> request_states_;  // name -> index in the model
  std::vector<std::pair<const syntax::Body*, unsigned>> inline_states_;
  std::set<std::string> used_states_;
  std::map<const model::Message*, const syntax::Message*> written_;
  std::map<const model::Message*, bool> deadline_given_;
};

}  // namespace contractc
