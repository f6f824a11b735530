#include "gtest/gtest.h"
TEST(Snappy, Works) {
  EXPECT_TRUE(true);
}
