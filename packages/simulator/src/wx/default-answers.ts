import type { JsonObject } from "../program.js";

/** A grey person, as WeChat shows those without a picture. */
const AVATAR =
  "data:image/svg+xml;utf8," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" width="132" height="132" viewBox="0 0 132 132"><rect width="132" height="132" fill="#d8d8d8"/>' +
      '<circle cx="66" cy="50" r="24" fill="#fff"/><path d="M18 132a48 44 0 0 1 96 0z" fill="#fff"/></svg>',
  );

/** A scene for everything that wants a picture. */
export const PICTURE: string =
  "data:image/svg+xml;utf8," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480" viewBox="0 0 640 480"><rect width="640" height="480" fill="#b9d7ea"/>' +
      '<circle cx="500" cy="110" r="46" fill="#fff3c4"/><path d="M0 480V330l150-110 130 90 120-150 240 200v120z" fill="#769fcd"/>' +
      '<path d="M0 480v-70l220-80 210 60 210-40v130z" fill="#3f72af"/></svg>',
  );

const USER = {
  nickName: "微信用户",
  avatarUrl: AVATAR,
  gender: 0,
  language: "zh_CN",
  country: "",
  province: "",
  city: "",
};

const PLACE = {
  latitude: 23.10229,
  longitude: 113.3345211,
  speed: -1,
  accuracy: 65,
  altitude: 0,
  verticalAccuracy: 65,
  horizontalAccuracy: 65,
};

const SIGNED = {
  rawData: JSON.stringify(USER),
  signature: "0000000000000000000000000000000000000000",
  encryptedData: "d2VhcHAtc29ja2V0",
  iv: "AAAAAAAAAAAAAAAAAAAAAA==",
  cloudID: "weapp-socket",
};

/** What the open-types of a button ask; `answers.set("getPhoneNumber", …)` says something else. */
export const BUTTON_ANSWERS: Readonly<Record<string, JsonObject>> = {
  getPhoneNumber: {
    code: "weapp-socket-code",
    encryptedData: SIGNED.encryptedData,
    iv: SIGNED.iv,
    cloudID: SIGNED.cloudID,
  },
  getRealtimePhoneNumber: { code: "weapp-socket-code" },
  chooseAvatar: { avatarUrl: AVATAR },
  contact: { errMsg: "enterContact:ok", path: "", query: {} },
  launchApp: { errMsg: "launchApp:fail invalid scene" },
  agreePrivacyAuthorization: {},
};

/**
 * Functions that on a phone ask its owner, its hardware or WeChat's servers: here each answers this, until somebody
 * says something else. Shapes are those of miniprogram-api-typings.
 */
export const DEFAULT_ANSWERS: Readonly<Record<string, JsonObject>> = {
  login: { code: "weapp-socket-code" },
  checkSession: {},
  pluginLogin: { code: "weapp-socket-code" },
  getUserInfo: { userInfo: USER, ...SIGNED },
  getUserProfile: { userInfo: USER, ...SIGNED },
  getWeRunData: { encryptedData: SIGNED.encryptedData, iv: SIGNED.iv, cloudID: SIGNED.cloudID },
  getShareInfo: { encryptedData: SIGNED.encryptedData, iv: SIGNED.iv, cloudID: SIGNED.cloudID },
  getGroupEnterInfo: { encryptedData: SIGNED.encryptedData, iv: SIGNED.iv, cloudID: SIGNED.cloudID },
  requestPayment: {},
  chooseAddress: {
    userName: "张三",
    postalCode: "510000",
    provinceName: "广东省",
    cityName: "广州市",
    countyName: "海珠区",
    streetName: "琶洲街道",
    detailInfo: "新港中路397号",
    detailInfoNew: "新港中路397号",
    nationalCode: "510105",
    telNumber: "020-81167888",
  },
  chooseInvoiceTitle: {
    type: "0",
    title: "示例公司",
    taxNumber: "000000000000000",
    companyAddress: "",
    telephone: "",
    bankName: "",
    bankAccount: "",
  },
  chooseInvoice: { invoiceInfo: "[]" },
  chooseLicensePlate: { plateNumber: "粤A00000" },
  getLocation: PLACE,
  getFuzzyLocation: { latitude: PLACE.latitude, longitude: PLACE.longitude },
  chooseLocation: {
    name: "广州塔",
    address: "广东省广州市海珠区阅江西路222号",
    latitude: PLACE.latitude,
    longitude: PLACE.longitude,
  },
  choosePoi: {
    type: 2,
    city: "广州市",
    name: "广州塔",
    address: "阅江西路222号",
    latitude: PLACE.latitude,
    longitude: PLACE.longitude,
  },
  scanCode: {
    result: "https://example.com/",
    scanType: "QR_CODE",
    charSet: "UTF-8",
    path: "",
    rawData: "aHR0cHM6Ly9leGFtcGxlLmNvbS8=",
  },
  addPhoneContact: {},
  addPhoneCalendar: {},
  addPhoneRepeatCalendar: {},
  chooseContact: { phoneNumber: "13800000000", displayName: "张三", phoneNumberList: "13800000000" },
  makePhoneCall: {},
  sendSms: {},
  getBatteryInfo: { level: 100, isCharging: true, isLowPowerModeEnabled: false },
  getScreenBrightness: { value: 0.5 },
  getLocalIPAddress: { localip: "192.168.1.2", netmask: "255.255.255.0" },
  getConnectedWifi: {
    wifi: {
      SSID: "weapp-socket",
      BSSID: "00:00:00:00:00:00",
      secure: true,
      signalStrength: 99,
      frequency: 2412,
    },
  },
  startWifi: {},
  stopWifi: {},
  connectWifi: {},
  getBluetoothDevices: { devices: [] },
  getConnectedBluetoothDevices: { devices: [] },
  openBluetoothAdapter: {
    errMsg: "openBluetoothAdapter:fail:not available",
    errCode: 10001,
    state: 4,
  },
  getBluetoothAdapterState: { errMsg: "getBluetoothAdapterState:fail:not init", errCode: 10000 },
  startBluetoothDevicesDiscovery: { errMsg: "startBluetoothDevicesDiscovery:fail:not init", errCode: 10000 },
  stopBluetoothDevicesDiscovery: { errMsg: "stopBluetoothDevicesDiscovery:fail:not init", errCode: 10000 },
  createBLEConnection: { errMsg: "createBLEConnection:fail:not init", errCode: 10000 },
  closeBLEConnection: { errMsg: "closeBLEConnection:fail:not init", errCode: 10000 },
  getBLEDeviceServices: { errMsg: "getBLEDeviceServices:fail:not init", errCode: 10000 },
  getBLEDeviceCharacteristics: { errMsg: "getBLEDeviceCharacteristics:fail:not init", errCode: 10000 },
  notifyBLECharacteristicValueChange: {
    errMsg: "notifyBLECharacteristicValueChange:fail:not init",
    errCode: 10000,
  },
  readBLECharacteristicValue: { errMsg: "readBLECharacteristicValue:fail:not init", errCode: 10000 },
  writeBLECharacteristicValue: { errMsg: "writeBLECharacteristicValue:fail:not init", errCode: 10000 },
  closeBluetoothAdapter: {},
  checkIsSupportSoterAuthentication: { supportMode: [] },
  checkIsSoterEnrolledInDevice: { isEnrolled: false },
  startSoterAuthentication: { errMsg: "startSoterAuthentication:fail not support", errCode: 90001 },
  checkIsSupportFacialRecognition: {},
  checkIsAddedToMyMiniProgram: { added: false },
  checkIsOpenAccessibility: { open: false },
  getDeviceBenchmarkInfo: { benchmarkLevel: 50, modelLevel: 3 },
  getPrivacySetting: { needAuthorization: false, privacyContractName: "《用户隐私保护指引》" },
  requirePrivacyAuthorize: {},
  openPrivacyContract: {},
  navigateToMiniProgram: {},
  openEmbeddedMiniProgram: {},
  navigateBackMiniProgram: {},
  openCustomerServiceChat: {},
  openChannelsActivity: {},
  openChannelsLive: {},
  openChannelsUserProfile: {},
  openLocation: {},
  shareFileMessage: {},
  shareVideoMessage: {},
  addCard: { cardList: [] },
  openCard: {},
  getBackgroundFetchData: { fetchedData: "", timeStamp: 0, path: "", query: "", scene: 1001 },
  getBackgroundFetchToken: { token: "" },
  getChannelsLiveInfo: {
    errMsg: "getChannelsLiveInfo:fail no such finderUserName",
  },
};
