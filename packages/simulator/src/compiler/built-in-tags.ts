/** Every tag that WeChat itself knows: its components, and the tags of WXML. Source: the component list of its documentation. */
export const BUILT_IN_TAGS: ReadonlySet<string> = new Set(
  `view text block template import include slot wxs
  cover-image cover-view match-media movable-area movable-view page-container root-portal scroll-view share-element
  swiper swiper-item grid-view list-view sticky-header sticky-section snapshot span draggable-sheet
  nested-scroll-header nested-scroll-body open-container list-builder grid-builder
  icon progress rich-text selection
  button checkbox checkbox-group editor editor-portal form input keyboard-accessory label picker picker-view
  picker-view-column radio radio-group slider switch textarea
  functional-page-navigator navigator
  audio animation-video animation-view camera channel-live channel-video image live-player live-pusher video voip-room
  map canvas ad ad-custom ad-banner official-account open-data web-view page-meta navigation-bar custom-wrapper
  aria-component store-home store-product store-coupon subscribe official-account-publish`.split(/\s+/u),
);
