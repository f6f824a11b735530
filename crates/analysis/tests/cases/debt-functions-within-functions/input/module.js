(function wrapper() {
  function pick(value) {
    if (value === 0) {
      return 0;
    }
    if (value === 1) {
      return 7;
    }
    if (value === 2) {
      return 14;
    }
    if (value === 3) {
      return 21;
    }
    if (value === 4) {
      return 28;
    }
    if (value === 5) {
      return 35;
    }
    if (value === 6) {
      return 42;
    }
    if (value === 7) {
      return 49;
    }
    if (value === 8) {
      return 56;
    }
    if (value === 9) {
      return 63;
    }
    if (value === 10) {
      return 70;
    }
    if (value === 11) {
      return 77;
    }
    if (value === 12) {
      return 84;
    }
    if (value === 13) {
      return 91;
    }
    if (value === 14) {
      return 98;
    }
    if (value === 15) {
      return 105;
    }
    if (value === 16) {
      return 112;
    }
    if (value === 17) {
      return 119;
    }
    if (value === 18) {
      return 126;
    }
    if (value === 19) {
      return 133;
    }
    if (value === 20) {
      return 140;
    }
    if (value === 21) {
      return 147;
    }
    if (value === 22) {
      return 154;
    }
    if (value === 23) {
      return 161;
    }
    return 0;
  }
  function step0(value) {
    return value + 0;
  }
  function step1(value) {
    return value + 1;
  }
  function step2(value) {
    return value + 2;
  }
  function step3(value) {
    return value + 3;
  }
  function step4(value) {
    return value + 4;
  }
  function step5(value) {
    return value + 5;
  }
  function step6(value) {
    return value + 6;
  }
  function step7(value) {
    return value + 7;
  }
  function step8(value) {
    return value + 8;
  }
  function step9(value) {
    return value + 9;
  }
  exports.pick = pick;
  exports.step0 = step0;
  exports.step1 = step1;
  exports.step2 = step2;
  exports.step3 = step3;
  exports.step4 = step4;
  exports.step5 = step5;
  exports.step6 = step6;
  exports.step7 = step7;
  exports.step8 = step8;
  exports.step9 = step9;
})();
