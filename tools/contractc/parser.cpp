// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/parser.hpp"

#include "tools/contractc/lexer.hpp"
#include "tools/contractc/token_stream.hpp"

namespace contractc {

syntax::File parse(const Source& source, Diagnostics& diagnostics) {
  TokenStream tokens(tokens_of(source, diagnostics), diagnostics);
  syntax::File file;
  try {
    while (tokens.sees("import")) {
      tokens.take();
      file.imports.push_back(tokens.expect_name("the name of a contract"));
      tokens.expect(";", "end the import with `;`");
    }
    if (tokens.sees("contract")) {
      file.contract = parse_contract(tokens);
    } else if (tokens.sees("personality")) {
      file.personality = parse_personality(tokens);
    } else {
      tokens.fail("expected `contract` or `personality`, found " + tokens.peek().shown(),
                  "begin the file with `contract NAME version 1 {`");
    }
    if (!tokens.at_end())
      tokens.fail("nothing may follow the contract, found " + tokens.peek().shown(),
                  "remove it: a file holds one contract, whose braces must match");
  } catch (const SyntaxError&) {
  }
  return file;
}

}  // namespace contractc
