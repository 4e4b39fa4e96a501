Page({ behaviors: [require("../../log")], data: { colors: ["#07c160", "#10aeff", "#fa9d3b"] } });
