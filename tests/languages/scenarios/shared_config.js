// The first of three files of one rule: what the others use, as globals of every kind.
const CONFIG = Object.freeze({
  hours: { from: 9, to: 18 },
  numbers: { sales: "+12025550101", support: "+12025550102" },
  voice: Language.US_ENGLISH_MALE,
});
var calls = [];
let closed = false;
