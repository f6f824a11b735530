#include "document.h"

TEST(Document, Parse) {
    EXPECT_EQ(1, 1);
}
