int run(int value) {
    for (int i = 0; i < value; i++) {
        if (i == 0) {
            for (int j = 0; j < i; j++) {
                if (j == 0) {
                    value++;
                }
            }
        }
        if (i == 1) {
            for (int j = 0; j < i; j++) {
                if (j == 1) {
                    value++;
                }
            }
        }
        if (i == 2) {
            for (int j = 0; j < i; j++) {
                if (j == 2) {
                    value++;
                }
            }
        }
        if (i == 3) {
            for (int j = 0; j < i; j++) {
                if (j == 3) {
                    value++;
                }
            }
        }
        if (i == 4) {
            for (int j = 0; j < i; j++) {
                if (j == 4) {
                    value++;
                }
            }
        }
        if (i == 5) {
            for (int j = 0; j < i; j++) {
                if (j == 5) {
                    value++;
                }
            }
        }
        if (i == 6) {
            for (int j = 0; j < i; j++) {
                if (j == 6) {
                    value++;
                }
            }
        }
        if (i == 7) {
            for (int j = 0; j < i; j++) {
                if (j == 7) {
                    value++;
                }
            }
        }
        if (i == 8) {
            for (int j = 0; j < i; j++) {
                if (j == 8) {
                    value++;
                }
            }
        }
    }
    return value;
}
