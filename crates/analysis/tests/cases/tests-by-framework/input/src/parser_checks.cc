#include "gtest/gtest.h"
#include "parse.h"

TEST(Parse, First) {
    EXPECT_EQ(parse("a"), 'a');
}
