Page({ behaviors: [require("../../log")] });
