#include <catch2/catch.hpp>
#include "parse.h"

static int helper_of_checks() { return 1; }

TEST_CASE("parses") {
    REQUIRE(parse("a") == 'a');
}
