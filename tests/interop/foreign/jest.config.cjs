// The tests of sse.js, out of its package, with another module in its place.
module.exports = {
  testEnvironment: "node",
  rootDir: __dirname,
  roots: ["<rootDir>/their-tests"],
  testMatch: ["<rootDir>/their-tests/sse.test.js"],
  moduleNameMapper: { "^sse\\.js$": "<rootDir>/sse.cjs" },
  transform: { "sse\\.test\\.js$": ["babel-jest", { presets: ["@babel/preset-env"], babelrc: false }] },
};
