pub fn p() {}
