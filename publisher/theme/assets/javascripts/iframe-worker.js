/*
 * A worker for pages opened from a disk or a USB stick. Browsers start no worker from file://, so the theme's search
 * would stay silent in the offline copy. Here its script runs in a hidden frame of the page instead. Only the offline
 * copy loads this file; the theme asks for the name `IFrameWorker`.
 */
if (location.protocol === "file:") {
  window.Worker = window.IFrameWorker = class IFrameWorker extends EventTarget {
    constructor(address) {
      super()
      const frame = document.createElement("iframe")
      frame.hidden = true
      frame.srcdoc = "<!doctype html><title></title>"
      this.ready = new Promise(resolve => {
        frame.onload = () => resolve(this.start(frame.contentWindow, new URL(address, location.href).href))
      })
      document.body.append(frame)
    }

    /* Give the frame what a worker has, and run the script in it; the theme waits for importScripts. */
    async start(inside, address) {
      const load = source =>
        new Promise((resolve, reject) => {
          const script = inside.document.createElement("script")
          script.src = source
          script.onload = resolve
          script.onerror = () => reject(new Error(source))
          inside.document.head.append(script)
        })
      inside.importScripts = async (...sources) => {
        for (const source of sources) await load(source)
      }
      inside.postMessage = data => this.dispatchEvent(new MessageEvent("message", { data }))
      await load(address)
      return inside
    }

    postMessage(data) {
      this.ready.then(inside => inside.dispatchEvent(new MessageEvent("message", { data })))
    }
  }
}
