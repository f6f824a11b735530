#include "document.h"

void check() {
    Document schema;
    schema.Parse("{}");
}
