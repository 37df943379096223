// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/token_stream.hpp"

namespace contractc {
namespace {

// A number or the name of a constant: within `<` and `>` there are no operators.
std::unique_ptr<syntax::Expression> parse_capacity(TokenStream& tokens) {
  auto capacity = std::make_unique<syntax::Expression>();
  capacity->at = tokens.peek().at;
  if (tokens.peek().kind == Token::Kind::number) {
    capacity->number = tokens.take().number;
  } else {
    capacity->kind = syntax::Expression::Kind::name;
    capacity->text = tokens.expect_name("a number or a constant").text;
  }
  return capacity;
}

syntax::Type parse_nested(TokenStream& tokens, unsigned& depth) {
  const Nesting nesting(depth, tokens);
  syntax::Type type;
  type.name = tokens.expect_name("a type");
  const std::string word = type.name.text;
  if (word == "string" && tokens.sees("<")) {
    tokens.take();
    type.kind = syntax::Type::Kind::string;
    type.capacity = parse_capacity(tokens);
    tokens.expect(">", "write `string<N>`");
  } else if (word == "array" && tokens.sees("<")) {
    tokens.take();
    type.kind = syntax::Type::Kind::array;
    type.element = std::make_unique<syntax::Type>(parse_nested(tokens, depth));
    tokens.expect(",", "write `array<TYPE, N>`");
    type.capacity = parse_capacity(tokens);
    tokens.expect(">", "write `array<TYPE, N>`");
  } else if (word == "lend") {
    if (!tokens.sees("read") && !tokens.sees("write"))
      tokens.fail("expected `read` or `write`, found " + tokens.peek().shown(),
                  "write `lend read` where the exporter reads the memory, `lend write` where it writes it");
    type.kind = tokens.take().is("read") ? syntax::Type::Kind::lend_read : syntax::Type::Kind::lend_write;
    type.name.text.clear();
    if (tokens.take_if("<")) {
      type.name = tokens.expect_name("the name of a structure");
      tokens.expect(">", "write `lend read<STRUCT>`");
    }
  } else if (word == "give") {
    type.kind = syntax::Type::Kind::give;
  } else if (word == "service") {
    type.kind = syntax::Type::Kind::service;
  }
  return type;
}

}  // namespace

syntax::Type parse_type(TokenStream& tokens) {
  unsigned depth = 0;
  return parse_nested(tokens, depth);
}

}  // namespace contractc
