// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/token_stream.hpp"

namespace contractc {
namespace {

class ContractParser {
 public:
  explicit ContractParser(TokenStream& tokens) : tokens_(tokens) {}

  syntax::Contract parse() {
    contract_.documentation = tokens_.take().documentation;  // `contract`
    contract_.name = tokens_.expect_name("the name of the contract");
    if (tokens_.take_if("version")) contract_.version = tokens_.expect_number("the version");
    tokens_.expect("{", "write `contract NAME version N {`");
    while (!tokens_.sees("}")) {
      if (tokens_.at_end()) tokens_.fail("the contract has no end", "close it with `}`");
      try {
        parse_item();
      } catch (const SyntaxError&) {
        tokens_.skip_item();
      }
    }
    tokens_.take();
    tokens_.take_if(";");
    return std::move(contract_);
  }

 private:
  void parse_item() {
    const Token& token = tokens_.peek();
    if (token.is("const")) {
      contract_.constants.push_back(parse_constant());
    } else if (token.is("enum")) {
      contract_.enums.push_back(parse_enum());
    } else if (token.is("struct")) {
      contract_.structs.push_back(parse_struct());
    } else if (token.is("in") || token.is("out")) {
      contract_.messages.push_back(parse_message());
    } else if (token.is("event")) {
      syntax::Event event{.name = {}, .documentation = tokens_.take().documentation};
      event.name = tokens_.expect_name("the name of the event");
      tokens_.expect(";", "end the event with `;`");
      contract_.events.push_back(std::move(event));
    } else if (token.is("state") || token.is("volatile")) {
      contract_.states.push_back(parse_state(tokens_));
    } else {
      tokens_.fail("expected an item, found " + token.shown(),
                   "an item begins with `const`, `enum`, `struct`, `in`, `out`, `event`, `state` or `volatile`");
    }
  }

  syntax::Constant parse_constant() {
    syntax::Constant constant{.type = {}, .name = {}, .value = {}, .documentation = tokens_.take().documentation};
    constant.type = tokens_.expect_name("an integer type");
    constant.name = tokens_.expect_name("the name of the constant");
    tokens_.expect("=", "give the constant a value");
    constant.value = parse_expression(tokens_);
    tokens_.expect(";", "end the constant with `;`");
    return constant;
  }

  syntax::Enum parse_enum() {
    syntax::Enum result{.name = {}, .underlying = {}, .enumerators = {}, .documentation = tokens_.take().documentation};
    result.name = tokens_.expect_name("the name of the enum");
    tokens_.expect(":", "write `enum NAME : u8 { ... }`");
    result.underlying = tokens_.expect_name("an integer type");
    tokens_.expect("{", "write `enum NAME : u8 { NAME = NUMBER, ... }`");
    while (!tokens_.take_if("}")) {
      syntax::Enumerator enumerator{.name = {}, .value = {}, .documentation = tokens_.peek().documentation};
      enumerator.name = tokens_.expect_name("an enumerator");
      tokens_.expect("=", "give every enumerator its number, so that it never changes by accident");
      enumerator.value = parse_expression(tokens_);
      result.enumerators.push_back(std::move(enumerator));
      if (!tokens_.sees("}")) tokens_.expect(",", "separate enumerators by `,`");
    }
    tokens_.take_if(";");
    return result;
  }

  syntax::Struct parse_struct() {
    syntax::Struct result{.name = {}, .fields = {}, .documentation = tokens_.take().documentation};
    result.name = tokens_.expect_name("the name of the structure");
    tokens_.expect("{", "write `struct NAME { TYPE NAME; ... }`");
    while (!tokens_.take_if("}")) {
      result.fields.push_back(parse_field());
      tokens_.expect(";", "end the member with `;`");
    }
    tokens_.take_if(";");
    return result;
  }

  syntax::Field parse_field() {
    syntax::Field field{.type = {}, .name = {}, .documentation = tokens_.peek().documentation};
    field.type = parse_type(tokens_);
    field.name = tokens_.expect_name("the name of the field");
    return field;
  }

  syntax::Message parse_message() {
    syntax::Message message;
    message.documentation = tokens_.peek().documentation;
    message.is_request = tokens_.take().is("in");
    tokens_.expect("message", "write `in message NAME(...)` or `out message NAME(...)`");
    message.name = tokens_.expect_name("the name of the message");
    tokens_.expect("(", "write the fields in parentheses: `(TYPE NAME, ...)`, or `()`");
    while (!tokens_.take_if(")")) {
      message.fields.push_back(parse_field());
      if (!tokens_.sees(")")) tokens_.expect(",", "separate fields by `,`");
    }
    if (tokens_.take_if("requires")) message.condition = parse_expression(tokens_);
    while (!tokens_.take_if(";")) message.annotations.push_back(parse_annotation());
    return message;
  }

  syntax::Annotation parse_annotation() {
    syntax::Annotation annotation;
    if (tokens_.peek().kind != Token::Kind::name)
      tokens_.fail("expected an annotation or `;`, found " + tokens_.peek().shown(),
                   "annotations are idempotent, once, configures, lossy, within, waits");
    annotation.word = tokens_.expect_name("an annotation");
    const std::string& word = annotation.word.text;
    if (word == "within") {
      annotation.number = tokens_.expect_number("a time");
      annotation.unit = tokens_.expect_name("a unit: us, ms or s");
    } else if (word == "configures" && tokens_.take_if("[")) {
      annotation.key = tokens_.expect_name("the field that is the key");
      if (tokens_.take_if(",")) annotation.capacity = std::make_unique<syntax::Expression>(parse_expression(tokens_));
      tokens_.expect("]", "write `configures [FIELD]`");
    }
    return annotation;
  }

  TokenStream& tokens_;
  syntax::Contract contract_;
};

}  // namespace

syntax::Contract parse_contract(TokenStream& tokens) { return ContractParser(tokens).parse(); }

}  // namespace contractc
