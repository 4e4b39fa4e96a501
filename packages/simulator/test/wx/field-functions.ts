/** Functions of `wx` that programs of strangers call, most used first: counted over 48 public mini programs with sockets. */
export const FIELD_FUNCTIONS: readonly string[] = `
  getStorageSync navigateTo showToast setStorageSync request login showModal navigateBack connectSocket redirectTo
  showLoading hideLoading createSelectorQuery reLaunch setNavigationBarTitle chooseImage previewImage canIUse
  getSystemInfoSync uploadFile getUserInfo getSetting removeStorageSync getSystemInfo setClipboardData setStorage
  switchTab sendSocketMessage closeSocket showActionSheet onSocketMessage getFileSystemManager stopPullDownRefresh
  getUserProfile onSocketOpen getMenuButtonBoundingClientRect createInnerAudioContext getRecorderManager downloadFile
  createCanvasContext pageScrollTo hideToast createAnimation vibrateShort getStorage createVideoContext scanCode
  getImageInfo onSocketClose chooseVideo createLivePusherContext showNavigationBarLoading openSetting authorize
  setKeepScreenOn getNetworkType hideNavigationBarLoading vibrateLong getClipboardData chooseLocation onSocketError
  onNetworkStatusChange setNavigationBarColor showShareMenu hideHomeButton canvasToTempFilePath getAccountInfoSync
  arrayBufferToBase64 getLocation requestSubscribeMessage requestPayment saveImageToPhotosAlbum getWindowInfo
  makePhoneCall chooseMessageFile openDocument createLivePlayerContext openLocation clearStorageSync
  createIntersectionObserver chooseMedia createOffscreenCanvas drawCanvas createCameraContext createContext
  onGetWifiList getStorageInfo setInnerAudioOption openBluetoothAdapter onBluetoothAdapterStateChange compressImage
  stopRecord removeStorage getStorageInfoSync addPhoneContact hideKeyboard startWifi stopWifi getWifiList saveFile
  startBluetoothDevicesDiscovery stopBluetoothDevicesDiscovery onBluetoothDeviceFound createBLEConnection
  closeBLEConnection getBLEDeviceServices getBLEDeviceCharacteristics notifyBLECharacteristicValueChange
  onBLECharacteristicValueChange writeBLECharacteristicValue
`
  .trim()
  .split(/\s+/u);
